#pragma once

// Measures an answer that comes as a stream of OpenAI's chunks: when the first token came, the gaps
// between the next, how many there were. Pure: it is fed bytes and moments. What came in one read
// came at one moment, so gaps of 0 are real. Keeps its memory between streams.

#include "mettle/protocols/sse.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace mettle::protocols::openai {

struct Usage {
    std::int64_t prompt_tokens = -1;  // -1: not said.
    std::int64_t completion_tokens = -1;
};

// Of an answer in one piece: a chat, a completion, embeddings.
class AnswerReader {
public:
    AnswerReader();
    ~AnswerReader();

    // What is wrong with it, a literal; empty: it has choices, each with a message or text, or
    // embeddings of finite numbers. Its usage, where it has one, is left in `usage`.
    std::string_view read(std::string_view body, Usage& usage);

private:
    struct Json;
    std::unique_ptr<Json> json_;
};

class StreamMeter final : private SseSink {
public:
    StreamMeter();
    ~StreamMeter();

    void begin();  // Forgets the last stream.
    void feed(std::string_view bytes, std::int64_t now_ns);

    // What is wrong with the stream once it has ended, a literal; empty: it had tokens and its end.
    std::string_view flaw() const;

    std::int64_t first_token_ns() const { return first_token_ns_; }  // 0: none came.
    std::int64_t last_token_ns() const { return last_token_ns_; }
    std::span<const std::int64_t> gaps_ns() const { return gaps_ns_; }
    // As its usage says, else chunks with content.
    std::int64_t tokens() const;
    const Usage& usage() const { return usage_; }

private:
    void on_event(const SseEvent& event) override;

    struct Json;
    std::unique_ptr<Json> json_;
    SseParser parser_;
    std::int64_t now_ns_ = 0;
    std::int64_t first_token_ns_ = 0;
    std::int64_t last_token_ns_ = 0;
    std::int64_t chunks_ = 0;
    std::vector<std::int64_t> gaps_ns_;
    Usage usage_;
    bool done_ = false;
    std::string_view flaw_;
};

}  // namespace mettle::protocols::openai
