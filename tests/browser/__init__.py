"""Tests of the built example in a real browser, and of its markup in a checker."""
