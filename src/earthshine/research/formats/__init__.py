"""A report in the forms that people read: Markdown, JSON, HTML, PDF and DOCX, all of them made of its data alone."""
