"""Packages for archives, made from a finished site without a crawl: WARC, WACZ and BagIt.

`packing` makes the three, `verify` checks one as strictly as the standards allow.
Their bytes depend on the site alone: nothing here asks the clock or draws a random number. Making
a site, and making one anew to compare it with a package, is left to the commands.

Checking shares with making only how one file's type, one address's key and one manifest's line
are written. What was made is read back by other code, so that a mistake shows.
"""
