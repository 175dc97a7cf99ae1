"""Jenkins: builds of freestyle, Pipeline and multibranch jobs in folders, and the deployments among them."""
