import unittest

from conversion import convert, read_rate


class Conversion(unittest.TestCase):
    def test_rounds_half_a_cent_to_the_even_one(self):
        for cents, expected in ((1, 0), (3, 2), (5, 2)):
            converted = convert({"id": "q", "cents": cents}, "EUR", "0.5")
            self.assertEqual(converted["cents"], expected)

    def test_keeps_the_digits_of_a_rate(self):
        self.assertEqual(read_rate(b'{"rates":{"EUR":0.10}}', "EUR"), "0.10")

    def test_takes_a_whole_number_as_a_rate(self):
        rate = read_rate(b'{"rates":{"EUR":2}}', "EUR")
        self.assertEqual(convert({"id": "q", "cents": 21}, "EUR", rate)["cents"], 42)


if __name__ == "__main__":
    unittest.main()
