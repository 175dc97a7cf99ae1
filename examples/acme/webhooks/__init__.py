"""What Acme's systems push, as the real ones do: body, headers and signature."""
