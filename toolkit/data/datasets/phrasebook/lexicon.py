"""The words of the phrasebook. Each English word is listed once, and has one French counterpart."""

from toolkit.data.datasets.phrasebook.words import (
    FIRST,
    FIRST_PLURAL,
    SECOND,
    SECOND_PLURAL,
    THIRD,
    THIRD_PLURAL,
    Adjective,
    Determiner,
    Name,
    Noun,
    Numeral,
    Pronoun,
    Verb,
)

PRONOUNS = (
    Pronoun("I", "me", "je", "me", "me", FIRST),
    Pronoun("you", "you", "tu", "te", "te", SECOND),
    Pronoun("he", "him", "il", "le", "lui", THIRD),
    Pronoun("she", "her", "elle", "la", "lui", THIRD, feminine=True),
    Pronoun("we", "us", "nous", "nous", "nous", FIRST_PLURAL),
    Pronoun("you all", "you all", "vous", "vous", "vous", SECOND_PLURAL),
    Pronoun("they", "them", "ils", "les", "leur", THIRD_PLURAL),
)

NAMES = (Name("Paul", False), Name("Antoine", False), Name("Marie", True), Name("Anne", True))

DETERMINERS = (
    Determiner("the", "the", "le", "la", "les"),
    Determiner("a", "", "un", "une", "des"),
    Determiner("this", "these", "ce", "cette", "ces"),
    Determiner("my", "my", "mon", "ma", "mes"),
    Determiner("your", "your", "ton", "ta", "tes"),
    Determiner("our", "our", "notre", "notre", "nos"),
    Determiner("their", "their", "leur", "leur", "leurs"),
)

_NUMERALS = "two deux/three trois/four quatre/five cinq/six six/seven sept/eight huit/nine neuf/ten dix/eleven onze/twelve douze"
NUMERALS = tuple(Numeral(*pair.split()) for pair in _NUMERALS.split("/"))

# One noun per line: English, its plural where it is irregular, French, gender.
_PEOPLE = """
man/men homme m
woman/women femme f
child/children enfant m
girl fille f
boy garçon m
teacher professeur m
doctor médecin m
neighbour voisin m
student étudiant m
nurse infirmière f
queen reine f
king roi m
hero héros m
sister sœur f
brother frère m
actress actrice f
"""
_ANIMALS = """
dog chien m
cat chat m
horse cheval m
bird oiseau m
cow vache f
mouse/mice souris f
goat chèvre f
"""
_THINGS = """
book livre m
letter lettre f
key clé f
car voiture f
apple pomme f
tree arbre m
flower fleur f
painting tableau m
newspaper journal m
hat chapeau m
gift cadeau m
shirt chemise f
table table f
chair chaise f
lamp lampe f
plate assiette f
knife/knives couteau m
boat bateau m
clock horloge f
umbrella parapluie m
computer ordinateur m
envelope enveloppe f
"""
_PLACES = """
market marché m
school école f
hotel hôtel m
church église f
station gare f
hospital hôpital m
park parc m
beach plage f
office bureau m
museum musée m
village village m
city ville f
library bibliothèque f
garden jardin m
university université f
castle château m
"""


def _nouns(table: str, kind: str) -> tuple[Noun, ...]:
    nouns = []
    for line in table.strip().splitlines():
        english, french, gender = line.split()
        singular, _, plural = english.partition("/")
        nouns.append(Noun(singular, french, kind, gender == "f", plural))
    return tuple(nouns)


NOUNS = (*_nouns(_PEOPLE, "person"), *_nouns(_ANIMALS, "animal"), *_nouns(_THINGS, "thing"), *_nouns(_PLACES, "place"))

_ALIVE, _DEAD, _ANY = "person animal", "thing place", "person animal thing place"

ADJECTIVES = (
    Adjective("big", "grand", "grande", "animal thing place", before=True),
    Adjective("small", "petit", "petite", _ANY, before=True),
    Adjective("beautiful", "beau", "belle", _ANY, before=True, vowel_form="bel"),
    Adjective("old", "vieux", "vieille", _ANY, before=True, vowel_form="vieil"),
    Adjective("new", "nouveau", "nouvelle", _ANY, before=True, vowel_form="nouvel"),
    Adjective("young", "jeune", "jeune", _ALIVE, before=True),
    Adjective("bad", "mauvais", "mauvaise", _ANY, before=True),
    Adjective("red", "rouge", "rouge", "thing"),
    Adjective("green", "vert", "verte", "thing"),
    Adjective("blue", "bleu", "bleue", "thing"),
    Adjective("black", "noir", "noire", "animal thing"),
    Adjective("white", "blanc", "blanche", "animal thing"),
    Adjective("grey", "gris", "grise", "animal thing"),
    Adjective("heavy", "lourd", "lourde", "thing"),
    Adjective("round", "rond", "ronde", "thing"),
    Adjective("expensive", "cher", "chère", _DEAD),
    Adjective("empty", "vide", "vide", _DEAD),
    Adjective("modern", "moderne", "moderne", _DEAD),
    Adjective("strange", "étrange", "étrange", _ANY),
    Adjective("famous", "célèbre", "célèbre", "person place"),
    Adjective("intelligent", "intelligent", "intelligente", _ALIVE),
    Adjective("happy", "heureux", "heureuse", _ALIVE),
    Adjective("tired", "fatigué", "fatiguée", _ALIVE),
    Adjective("sad", "triste", "triste", _ALIVE),
    Adjective("jealous", "jaloux", "jalouse", _ALIVE),
    Adjective("loyal", "loyal", "loyale", _ALIVE),
    Adjective("active", "actif", "active", _ALIVE),
    Adjective("kind", "gentil", "gentille", _ALIVE),
    Adjective("curious", "curieux", "curieuse", _ALIVE),
)

AVOIR = Verb("have", "had", "avoir", "animal thing", present="ai as a avons avez ont", future="aur", participle="eu")
ETRE = Verb("be", "was", "être", predicate=True, present="suis es est sommes êtes sont", future="ser", tenses=("present", "future"))
_VENIR = "viens viens vient venons venez viennent"
_RECIPIENT = {"direct": "thing", "oblique": "person", "prepositions": ("to", "à")}
_SENDS = "envoie envoies envoie envoyons envoyez envoient"
_TAKES = "prends prends prend prenons prenez prennent"
_SEES = "vois vois voit voyons voyez voient"
_WRITES = "écris écris écrit écrivons écrivez écrivent"

VERBS = (
    AVOIR,
    ETRE,
    Verb(
        "become",
        "became",
        "devenir",
        predicate=True,
        present="de" + _VENIR.replace(" ", " de"),
        future="deviendr",
        participle="devenu",
        with_etre=True,
    ),
    Verb("remain", "remained", "rester", predicate=True, with_etre=True),
    Verb("buy", "bought", "acheter", "animal thing", present="achète achètes achète achetons achetez achètent", future="achèter"),
    Verb("take", "took", "prendre", "thing", present=_TAKES, participle="pris"),
    Verb("carry", "carried", "porter", "animal thing"),
    Verb("find", "found", "trouver", _ANY),
    Verb("lose", "lost", "perdre", "thing"),
    Verb("choose", "chose", "choisir", "animal thing"),
    Verb("wash", "washed", "laver", "animal thing"),
    Verb("draw", "drew", "dessiner", _ANY),
    Verb("break", "broke", "casser", "thing"),
    Verb("forget", "forgot", "oublier", "thing"),
    Verb(
        "receive",
        "received",
        "recevoir",
        "thing",
        present="reçois reçois reçoit recevons recevez reçoivent",
        future="recevr",
        participle="reçu",
    ),
    Verb("see", "saw", "voir", _ANY, present=_SEES, future="verr", participle="vu"),
    Verb("look for", "looked for", "chercher", _ANY),
    Verb("look at", "looked at", "regarder", _ANY),
    Verb("admire", "admired", "admirer", _ANY),
    Verb("wait for", "waited for", "attendre", "person"),
    Verb("listen to", "listened to", "écouter", _ALIVE),
    Verb("hear", "heard", "entendre", _ALIVE),
    Verb("help", "helped", "aider", _ALIVE),
    Verb("invite", "invited", "inviter", "person"),
    Verb("call", "called", "appeler", _ALIVE, present="appelle appelles appelle appelons appelez appellent", future="appeller"),
    Verb("thank", "thanked", "remercier", "person"),
    Verb("give", "gave", "donner", **_RECIPIENT),
    Verb("send", "sent", "envoyer", present=_SENDS, future="enverr", **_RECIPIENT),
    Verb("lend", "lent", "prêter", **_RECIPIENT),
    Verb("show", "showed", "montrer", **_RECIPIENT),
    Verb("bring", "brought", "apporter", **_RECIPIENT),
    Verb("sell", "sold", "vendre", **_RECIPIENT),
    Verb("answer", "answered", "répondre", oblique="person"),
    Verb("phone", "phoned", "téléphoner", oblique="person"),
    Verb("obey", "obeyed", "obéir", oblique="person"),
    Verb("speak to", "spoke to", "parler", oblique=_ALIVE),
    Verb("write to", "wrote to", "écrire", oblique="person", present=_WRITES, participle="écrit"),
    Verb("talk about", "talked about", "parler", oblique=_ANY, prepositions=("", "de")),
    Verb("dream of", "dreamed of", "rêver", oblique=_ANY, prepositions=("", "de")),
    Verb("go to", "went to", "aller", oblique="place", present="vais vas va allons allez vont", future="ir", with_etre=True),
    Verb("arrive at", "arrived at", "arriver", oblique="place", with_etre=True),
    Verb("return to", "returned to", "retourner", oblique="place", with_etre=True),
    Verb("work at", "worked at", "travailler", oblique="place"),
    Verb(
        "come from",
        "came from",
        "venir",
        oblique="place",
        prepositions=("", "de"),
        present=_VENIR,
        future="viendr",
        participle="venu",
        with_etre=True,
    ),
    Verb("leave", "left", "partir", present="pars pars part partons partez partent", with_etre=True),
    Verb("fall", "fell", "tomber", with_etre=True),
    Verb("sleep", "slept", "dormir", present="dors dors dort dormons dormez dorment"),
    Verb("sing", "sang", "chanter"),
    Verb("swim", "swam", "nager"),
    Verb("laugh", "laughed", "rire", present="ris ris rit rions riez rient", participle="ri"),
)
