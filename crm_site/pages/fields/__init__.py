"""Custom fields on the pages: in forms, facts, lists, and the page where they are set up."""
