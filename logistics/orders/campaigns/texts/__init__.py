"""The words that tell of a campaign outside the platform, made from the same facts: a text for a chat group, a script
for the loudspeaker, one SMS. Pure functions, in Chinese and in English whatever the page's language is."""
