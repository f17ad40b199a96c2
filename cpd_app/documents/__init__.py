"""Papers and files that leave the house, made of plain data: PDF, spreadsheets, calendars."""
