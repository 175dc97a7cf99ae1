"""Judgement: targets, scores, colours, roll-up; one frozen snapshot that everything else reads."""
