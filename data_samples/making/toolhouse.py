"""The long bill: everything that went onto the trade account at Toolhouse in October."""

from __future__ import annotations

__all__ = ["TOOLHOUSE_LINES"]

TOOLHOUSE_LINES = """
6240 S23 W30 | 4 PK | 14.20 | Sanding discs 150 mm, 80 grit, 50 pack
6240 S23 W30 | 3 PK | 14.90 | Sanding discs 150 mm, 180 grit, 50 pack
6240 S23 W30 | 2 C62 | 21.75 | Wood glue D3, 5 kg tub
6240 S23 W30 | 1 C62 | 44.60 | Food safe board oil, 5 L
6240 S23 W30 | 6 C62 | 4.15 | Masking tape 38 mm
6240 S23 W30 | 1 C62 | 36.80 | Beeswax polish for bread boxes, 2.5 kg
6240 S23 W30 | 2 C62 | 17.45 | Bandsaw blade 2240 x 10 mm
6240 S23 W30 | 10 C62 | 2.35 | Router bit collet cleaning pads
5070 S23 W30 | 24 PR | 3.60 | Brass butt hinges 50 mm
5070 S23 W30 | 30 C62 | 1.85 | Magnetic catches, white
5070 S23 W30 | 12 C62 | 6.90 | Oak mushroom knobs 35 mm
5070 S23 W30 | 3 BX | 9.40 | Brass screws 3.5 x 16, box of 200
5070 S23 W30 | 20 C62 | 2.10 | Beech dowel 12 mm x 1 m
5070 S23 W30 | 2 C62 | 38.50 | Birch ply 9 mm, cut to size
5070 S23 W30 | 1 C62 | 54.30 | Leather strap, vegetable tanned, roll
6220 S23 W30 | 1 C62 | 168.00 | Cordless trim router, bare unit
6220 S23 W30 | 2 C62 | 42.90 | Battery 18 V 4 Ah
6220 S23 W30 | 6 C62 | 12.75 | Bar clamps 600 mm
6220 S23 W30 | 1 C62 | 31.20 | Marking gauge, brass faced
6220 S23 W30 | 2 C62 | 18.40 | Japanese pull saw blade
6220 S23 B10 | 3 C62 | 15.60 | Probe thermometer, waterproof
6220 S23 B10 | 2 C62 | 22.35 | Bench scale batteries and charger
6220 S23 C20 | 1 C62 | 27.90 | Step stool, folding
6320 S23 W30 | 1 PR | 78.50 | Safety boots, size 43
6320 S23 W30 | 2 C62 | 16.25 | Ear defenders, folding
6320 S23 W30 | 5 C62 | 6.80 | Dust masks FFP2, valved, 5 pack
6320 S23 B10 | 4 PR | 9.95 | Heat resistant gauntlets
6070 S23 C20 | 2 C62 | 34.00 | Masonry paint, off white, 5 L
6070 S23 C20 | 3 C62 | 7.20 | Exterior filler, ready mixed
6070 S23 C20 | 1 C62 | 19.85 | Roller set and tray
6070 S23 B10 | 4 C62 | 11.30 | Silicone sealant, sanitary, white
6070 S23 B10 | 1 C62 | 46.75 | Door closer for cold store corridor
6070 S23 C20 | 6 C62 | 5.60 | LED lamp GU10, warm white
6040 S23 W30 | 2 C62 | 13.90 | Workshop hand cleaner, orange, 3 L
6040 S23 B10 | 3 C62 | 10.40 | Stiff deck brush with handle
6090 S23 C20 | 1 C62 | 62.00 | Key safe, police preferred
6410 S23 B10 | 2 C62 | 9.75 | AdBlue 10 L
6410 S23 B10 | 1 C62 | 24.90 | Wiper blades, van, pair
5080 S23 W30 | 2 RO | 12.60 | Bubble wrap 500 mm x 100 m
5095 S23 W30 | 1 C62 | 18.00 | Site delivery, 14 October
5070 S23 W30 | -2 C62 | 38.50 | Returned: birch ply 9 mm, wrong size
"""
