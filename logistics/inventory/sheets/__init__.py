"""Office sheets as they come: merged cells, split headings, remarks; read by a mapping that is saved and used again."""
