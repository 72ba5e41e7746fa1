"""What all facts say together once linked. Rules see it through the read-only views in ``views``."""
