#pragma once

// What is sent to an OpenAI-style endpoint: prompts of one's own, or ones made up to a length.

#include "mettle/payload/size_law.hpp"
#include "mettle/protocols/task.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mettle::protocols::openai {

struct Generation {
    std::string endpoint = "chat/completions";  // or "completions", "embeddings"
    std::string model;
    std::string path;  // That is posted to.
    http::HeaderList headers;
    payload::SizeLaw prompt_tokens = payload::SizeLaw::fixed(64);
    std::optional<std::int64_t> max_tokens;
    bool stream = false;
    std::uint64_t count = 32;  // Different requests.
    std::uint64_t seed = 1;
    // .jsonl or .csv with a column "messages" (a list, for chats), "prompt", "input" or "text";
    // else words are made up.
    std::string prompts;
};

// A prompt of about so many tokens: short common words, which most vocabularies hold whole. It
// begins with words that are its own, so that no cache of prefixes answers.
std::string make_prompt(std::int64_t tokens, std::uint64_t seed, std::uint64_t index);

// The task, under the model's name. Answers in one piece have a check: their choices or embeddings,
// and the counts of tokens where they are told. Errors name the file and line.
Result<Task> make_task(const Generation& generation);

}  // namespace mettle::protocols::openai
