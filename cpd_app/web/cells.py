"""Cells of the CSV files that leave the service: text that no spreadsheet takes for a formula."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(cell: str) -> str:
    """The cell with a mark before what a spreadsheet would calculate; imports take it off again."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
