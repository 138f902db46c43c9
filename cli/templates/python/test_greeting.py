import unittest

from greeting import greet


class Greeting(unittest.TestCase):
    def test_greets_with_the_configured_word(self):
        self.assertEqual(greet(" Ada ", "Ahoy", 2), {"text": "Ahoy, Ada!", "visits": 2})

    def test_refuses_a_blank_name(self):
        with self.assertRaises(ValueError):
            greet(" ", "Hello", 1)


if __name__ == "__main__":
    unittest.main()
