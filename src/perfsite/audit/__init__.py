"""The audit: whether a finished site can be archived, is whole, and agrees with itself.

Files in, findings out: nothing but the command reads a disk, and nothing is known of how the site
was made. lxml and tinycss2 are those of the extra `archive`; they are imported when the command is
called.
"""
