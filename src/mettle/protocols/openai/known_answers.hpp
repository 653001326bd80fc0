#pragma once

// What is right where the answers to all prompts are known: an answer in one piece has what its
// form asks for, and an embedding is the known one. A text is not held to the letter, since a
// server that batches rounds otherwise under load and may choose another word; but one that is the
// answer to another prompt, and not to its own, was mixed up.

#include "mettle/protocols/http_transport.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::openai {

// What an answer says: texts or vectors, without ids, times and counts. Nothing when it is none.
std::optional<std::string> content_of(std::string_view body);

// A check for each of `bodies`, which all have content; they share what they know.
std::vector<std::shared_ptr<const AnswerCheck>> known_answer_checks(
    const std::vector<std::string>& bodies);

}  // namespace mettle::protocols::openai
