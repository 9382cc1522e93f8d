"""First names that stand in for ``A`` and ``B``: a name is a slot and no word."""

__all__ = ["NAMES"]

_LIST = """
    Ada Adam Aisha Alan Albert Alice Alma Amara Amos Amy Ana Andre Andrew Angus Anita Anna Anton
    Arun Asa Astrid Bea Ben Bertha Bess Bianca Boris Brenda Bruno Caleb Carla Carmen Cecil Celia
    Chen Chloe Clara Claude Cora Cyrus Daisy Dan Dana Daphne David Dela Della Dennis Diego Dina
    Dora Doris Edgar Edith Edna Elena Eli Ella Elsa Emil Emma Enid Eric Esme Esther Ethan Eva
    Evan Ezra Fatima Felix Fern Finn Flora Frank Freda Fritz George Gina Gita Grace Greta Gus
    Hana Hank Hannah Harold Hassan Hazel Heidi Helen Henry Hilda Hope Hugo Ian Ida Igor Ines
    Ingrid Irene Iris Isaac Ivan Ivy Jack Jada James Jane Jasper Jean Joan Joel Jonas Jorge
    Joyce Judith Julia June Kai Kamal Karen Karl Kate Keiko Ken Kira Kofi Lars Laura Lena Leo
    Leon Lidia Lila Lily Lin Lois Lorna Louis Lucas Lucy Luis Luna Mabel Mae Malik Marco Maria
    Mark Marta Martin Mary Maud Max Maya Meera Mei Mia Mila Milo Mina Miriam Molly Mona Morris
    Nadia Nell Nico Nina Noah Noor Nora Oksana Olga Olive Omar Oscar Otto Owen Paco Pablo Pam
    Paul Pearl Pedro Perla Peter Petra Phil Piet Polly Priya Rafe Rana Rashid Ray Rhea Rita
    Robin Rosa Rose Roy Ruby Rufus Ruth Sage Sal Salma Sam Sana Sara Selma Seth Silas Simon
    Sofia Sol Stella Sven Tamar Tara Ted Tess Theo Thea Tilda Tim Tito Toby Tom Uma Una Vera
    Victor Viola Wanda Wendell Will Willa Wren Yara Yusuf Zara Zeke Zelda Zoe
"""
NAMES = tuple(_LIST.split())
