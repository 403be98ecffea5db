"""What is written on Slack and what is shown there: pure functions, words in and words out."""
