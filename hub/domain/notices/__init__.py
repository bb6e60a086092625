"""The notice matrix: who is told beside the base audience, how early, and who acknowledges by when."""
