"""What is written on Discord and what is shown there: pure functions, words in and words out."""
