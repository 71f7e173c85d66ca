"""What is made of the built pages: the site, the PDF, the zip."""
