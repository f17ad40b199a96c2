"""Papers and files that leave the house: PDF, spreadsheets; made of plain data, knowing no tables."""
