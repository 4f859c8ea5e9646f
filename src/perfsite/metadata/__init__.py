"""Metadata: what the data files of the site are, told to machines.

`tables` describes every kind of CSV file and its columns, once. `csvw`, `datapackage` and
`schemas` say the same in the words of CSV on the Web, of Data Package and of JSON Schema;
`dataset` is the schema.org description within a page, and `feed` the Atom feed. Values in, values
or files out; what is in the files is not known here.
"""
