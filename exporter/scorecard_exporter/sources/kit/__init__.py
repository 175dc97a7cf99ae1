"""What every source read over HTTP shares: client, authentication, quotas, paging, streams, signatures."""
