"""What quantification and testing share: variance moderation and local regression, as functions of arrays."""
