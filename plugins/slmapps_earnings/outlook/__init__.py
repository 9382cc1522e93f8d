"""What a sentence of the outlook is made of: metrics, amounts, periods, actions and tenses."""
