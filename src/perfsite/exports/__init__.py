"""The site for programs: data files, and what they are, told to machines."""
