"""What is declared, as CloudFormation templates.

Two stacks: *stateful* has what would be missed (networks, buckets, databases, machines that stay),
*runtime* what can be made anew (pools, queues, functions, roles). Every name is rendered once, in
`names`; everything else refers to objects. A component adds its resources to a `Draft`, which knows
whose each of them is. troposphere is loaded here and nowhere else.
"""
