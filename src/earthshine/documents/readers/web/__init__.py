"""What is made of HTML, or holds it: pages, books, mail."""
