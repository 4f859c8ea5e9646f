"""The parts of pages that show figures: key figures, charts, tables, where figures come from."""
