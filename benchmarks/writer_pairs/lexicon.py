"""The words of the minimal pairs: nouns with their plurals, verbs with their forms.

Words are plain and frequent, so that a small model's errors are of grammar and not of vocabulary.
A class holds only words that can stand for each other in every frame that asks for the class.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """A noun; ``gender`` is f or m where the word itself says it, else empty."""

    one: str
    many: str
    gender: str = ""


@dataclass(frozen=True)
class Verb:
    """A verb: plain form, third person singular, past, past participle, -ing form."""

    plain: str
    third: str
    past: str
    participle: str
    ing: str


def _nouns(words: str, gender: str = "") -> list[Noun]:
    """Nouns from ``one/many`` or, with a regular plural, ``one``."""
    found = []
    for word in words.split():
        one, _, many = word.partition("/")
        found.append(Noun(one, many or f"{one}s", gender))
    return found


def _regular(words: str) -> list[Verb]:
    """Regular verbs; those in -e and those that double a letter are told by their form."""
    found = []
    for word in words.split():
        stem, _, doubled = word.partition("+")  # `hug+g` doubles its last letter
        if stem.endswith("e"):
            forms = (f"{stem}s", f"{stem}d", f"{stem}d", f"{stem[:-1]}ing")
        elif stem.endswith("y") and stem[-2] not in "aeiou":
            forms = (f"{stem[:-1]}ies", f"{stem[:-1]}ied", f"{stem[:-1]}ied", f"{stem}ing")
        else:
            third = f"{stem}es" if stem.endswith(("sh", "ch", "ss", "x")) else f"{stem}s"
            long = stem + doubled
            forms = (third, f"{long}ed", f"{long}ed", f"{long}ing")
        found.append(Verb(stem, *forms))
    return found


def _irregular(words: str) -> list[Verb]:
    return [Verb(*each.split("/")) for each in words.split()]


WOMEN = ("Anna", "Mary", "Julia", "Emma", "Susan", "Laura", "Helen", "Rachel", "Alice", "Grace")
MEN = ("Tom", "Peter", "David", "George", "Daniel", "Henry", "Paul", "Simon", "Jack", "Robert")
NAMES = WOMEN + MEN

FEMALE = _nouns(
    "woman/women girl mother sister queen actress/actresses waitress/waitresses aunt daughter", "f"
)
MALE = _nouns("man/men boy father brother king uncle gentleman/gentlemen waiter son", "m")
WORKERS = _nouns(
    "teacher doctor nurse pilot lawyer farmer student driver painter guard sailor singer baker "
    "soldier neighbour banker dancer waiter lady/ladies child/children"
)
PEOPLE = WORKERS + FEMALE[:4] + MALE[:4]
THINGS = _nouns(
    "chair lamp letter book table picture coat bottle carpet clock ticket bag hat ring "
    "blanket cup plate key map drum candle basket"
)
ODD_THINGS = _nouns(
    "knife/knives shelf/shelves loaf/loaves scarf/scarves leaf/leaves dress/dresses box/boxes "
    "watch/watches brush/brushes diary/diaries"
)
ODD_PEOPLE = _nouns("woman/women man/men child/children policeman/policemen lady/ladies")
PLACES = _nouns("table door window fence bridge tree wall garden station church/churches")
# What may roll, crack and break.
FIRM = _nouns("chair lamp plate cup clock bottle table drum candle ring picture")
# What does nothing that only people do.
LIFELESS = _nouns("spoon carpet bottle ladder bucket candle pillow plate blanket hammer")

# A person does it, and it needs no object; it takes none, either.
ACTS = [
    *_regular("smile laugh+ arrive cough sneeze wait hesitate disagree"),
    *_irregular(
        "sleep/sleeps/slept/slept/sleeping lie/lies/lied/lied/lying fall/falls/fell/fallen/falling"
    ),
]
# Nothing can be an object of these: `She smiled him` is no sentence.
BARE = _regular("smile cough sneeze arrive hesitate disagree yawn vanish giggle")
# A person does it to a person, and the person must be named.
TO_PEOPLE = _regular(
    "admire blame praise trust insult protect describe visit help watch follow thank annoy surprise"
)
# Only people do these: a blanket can protect, a ladder can help.
ONLY_PEOPLE = _regular("admire blame praise trust insult visit watch thank")
# The same as TO_PEOPLE, where doing it to oneself is an everyday thing to say.
TO_SELF = [
    *_regular("blame praise trust insult protect describe admire help watch"),
    *_irregular("hurt/hurts/hurt/hurt/hurting see/sees/saw/seen/seeing"),
]
# A person does it to a thing, and the thing must be named.
TO_THINGS = [
    *_regular("carry damage repair borrow destroy fix grab+b discover mention receive"),
    *_irregular(
        "buy/buys/bought/bought/buying find/finds/found/found/finding "
        "bring/brings/brought/brought/bringing make/makes/made/made/making "
        "take/takes/took/taken/taking lose/loses/lost/lost/losing"
    ),
]
# Of these an object cannot be left out: `Anna grabbed` is not a whole sentence.
NEEDY = [
    *_regular("damage repair destroy fix grab+b mention receive carry"),
    *_irregular("bring/brings/brought/brought/bringing take/takes/took/taken/taking"),
]
# It happens to a thing by itself, too.
CHANGES = [
    *_regular("move open roll drop+p crack"),
    *_irregular("break/breaks/broke/broken/breaking fall/falls/fell/fallen/falling"),
]
# Past and participle differ; the object is given, so that it suits the verb.
TWO_PASTS: list[tuple[Verb, tuple[str, ...]]] = [
    (Verb(*forms.split("/")), tuple(objects.split("|")))
    for forms, objects in (
        ("break/breaks/broke/broken/breaking", "the lamp|the window|the chair|the plate"),
        ("write/writes/wrote/written/writing", "the letter|a book|a song|the report"),
        ("take/takes/took/taken/taking", "the money|the bag|the train|a photograph"),
        ("steal/steals/stole/stolen/stealing", "the ring|the car|a horse|the painting"),
        ("eat/eats/ate/eaten/eating", "the cake|an apple|the soup|the bread"),
        ("drive/drives/drove/driven/driving", "the bus|the lorry|the car|a tractor"),
        ("choose/chooses/chose/chosen/choosing", "the colour|a name|the music|the hat"),
        ("wear/wears/wore/worn/wearing", "the coat|the uniform|a red scarf|new shoes"),
        ("hide/hides/hid/hidden/hiding", "the key|the letter|the money|the bottle"),
        ("forget/forgets/forgot/forgotten/forgetting", "the answer|the ticket|the song|the keys"),
        ("give/gives/gave/given/giving", "a speech|a party|an answer|a concert"),
        ("see/sees/saw/seen/seeing", "the film|the doctor|the picture|the garden"),
        ("know/knows/knew/known/knowing", "the truth|the family|the town|the reason"),
        ("throw/throws/threw/thrown/throwing", "the ball|the stone|a party|the hat"),
        ("draw/draws/drew/drawn/drawing", "a map|the house|a horse|the curtains"),
        ("shake/shakes/shook/shaken/shaking", "the bottle|the tree|the box|the blanket"),
        ("ride/rides/rode/ridden/riding", "the horse|a bicycle|the donkey|a camel"),
        ("speak/speaks/spoke/spoken/speaking", "the truth|French|the language|those words"),
        ("tear/tears/tore/torn/tearing", "the dress|the letter|the page|the map"),
        ("do/does/did/done/doing", "the work|the shopping|the cooking|the washing"),
    )
]
# (right past, wrongly regular past, what follows)
OVER_REGULAR = (
    ("caught", "catched", "the ball"), ("taught", "teached", "the children"),
    ("brought", "bringed", "some bread"), ("bought", "buyed", "a hat"),
    ("thought", "thinked", "about the war"), ("knew", "knowed", "the answer"),
    ("grew", "growed", "roses"), ("threw", "throwed", "a stone"), ("told", "telled", "a story"),
    ("sold", "selled", "the house"), ("felt", "feeled", "tired"), ("kept", "keeped", "the money"),
    ("slept", "sleeped", "all day"), ("ran", "runned", "home"), ("swam", "swimmed", "every day"),
    ("sang", "singed", "a song"), ("drank", "drinked", "some water"), ("went", "goed", "to town"),
    ("came", "comed", "home late"), ("made", "maked", "some tea"),
    ("took", "taked", "a photograph"),
    ("gave", "gived", "a speech"), ("wrote", "writed", "a letter"), ("spoke", "speaked", "slowly"),
    ("drove", "drived", "to the station"), ("built", "builded", "a boat"),
    ("spent", "spended", "the money"), ("lost", "losed", "the key"),
    ("left", "leaved", "the room"), ("stood", "standed", "by the door"),
)  # fmt: skip
# (right plural, wrongly regular plural, a frame it fits)
ODD_PLURALS = (
    ("children", "childs", "in the garden"), ("women", "womans", "at the station"),
    ("men", "mans", "at the bar"), ("mice", "mouses", "in the kitchen"),
    ("geese", "gooses", "on the lake"), ("teeth", "tooths", "in the jar"),
    ("feet", "foots", "under the curtain"), ("sheep", "sheeps", "on the hill"),
    ("wolves", "wolfs", "near the village"), ("knives", "knifes", "on the table"),
    ("leaves", "leafs", "on the path"), ("thieves", "thiefs", "in the cellar"),
    ("shelves", "shelfs", "in the shop"), ("loaves", "loafs", "in the oven"),
    ("wives", "wifes", "at the party"), ("oxen", "oxes", "in the field"),
)  # fmt: skip
ADJECTIVES = ("old", "new", "small", "large", "heavy", "cheap", "dirty", "strange", "broken")
COLOURS = ("red", "blue", "green", "white", "black", "yellow", "grey", "brown")
STATES = ("tired", "angry", "happy", "hungry", "ill", "late", "famous", "afraid", "here", "ready")
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "ten")
# Verbs that take a question and a clause alike.
KNOWING = ("knew", "remembered", "found out", "discovered", "forgot", "saw", "noticed", "realised")
SAYING = ("says", "thinks", "believes", "knows", "claims", "hopes")
