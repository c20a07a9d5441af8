"""`earthshine research`: a question that is looked into, and a report whose every sentence has its source."""
