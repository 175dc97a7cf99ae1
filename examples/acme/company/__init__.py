"""The company itself: who works there, what was built, deployed and broken, and when. Knows no system's API."""
