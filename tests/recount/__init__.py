"""The figures of the example worked out anew, by hands that know nothing of perfsite.

What is read is data/observations.csv of a built site, and the columns of the register in
data/services.csv. Numbers are exact: whole numbers and fractions, rounded once, for comparing.
Definitions are those of docs/kpis.md and docs/page-contract.md. Nothing of perfsite is imported,
and a test looks that it stays so.
"""
