"""The generated pages of the documentation: pure functions from code to Markdown."""
