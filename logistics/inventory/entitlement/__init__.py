"""What a household may still draw of a scarce item: at most N in rolling D days, over every channel."""
