"""What every page is made of: elements, typed contexts, and what builds pages in a language."""
