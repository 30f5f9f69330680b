"""What the bilingual encoder is made from: pairs, questions, a teacher, a student and the run that trains it."""
