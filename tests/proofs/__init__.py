"""Proofs by other people's tools that a mirror and the packages of a site are the site."""
