"""The review of a month or a quarter: from histories and recorded reviews to a document, and from that to Markdown."""
