"""How many machines a pool should have. Pure: the view comes in, what to set comes out.

It only ever asks for more. The one thing that it lowers is a wish that a group could not fulfil,
down to the machines that the group has, when others are asked for them or nobody needs them any
more. Machines leave by themselves (`praktika_controller.idle`).
"""
