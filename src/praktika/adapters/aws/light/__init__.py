"""The few operations of AWS that functions need, without boto3.

Importing botocore's signer alone takes longer than all else that a function imports, so there is
one here. What is made has the shape of boto3's clients, as far as the adapters of this folder use
them: `LightClients` stands wherever `Clients` does, and the contracts of the ports hold over both.
"""
