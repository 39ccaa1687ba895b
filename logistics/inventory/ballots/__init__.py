"""The draw of lots where more households ask than there is: registered, committed to, drawn, and checked by anybody."""
