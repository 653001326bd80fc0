#include "mettle/protocols/openai/stream_meter.hpp"

#include <simdjson.h>

#include <cmath>
#include <string>

namespace mettle::protocols::openai {

namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kMostGaps = 1'000'000;

// A parser with a padded copy of what it reads. Both keep their memory.
class JsonReader {
public:
    // Calls `read(object)`; false when the text is no JSON object, or `read` met what is none.
    template <typename Read>
    bool object(std::string_view text, Read read) {
        if (padded_.size() < text.size() + simdjson::SIMDJSON_PADDING)
            padded_.resize(text.size() + simdjson::SIMDJSON_PADDING);
        text.copy(padded_.data(), text.size());
        ondemand::document document;
        if (parser_.iterate(padded_.data(), text.size(), padded_.size()).get(document))
            return false;
        ondemand::object object;
        if (document.get_object().get(object)) return false;
        return read(object);
    }

private:
    ondemand::parser parser_;
    std::string padded_;
};

bool read_usage(ondemand::value value, Usage& usage) {
    ondemand::object object;
    if (value.get_object().get(object)) return value.is_null().value_unsafe();
    for (auto field : object) {
        std::string_view key;
        if (field.unescaped_key().get(key)) return false;
        if (key != "prompt_tokens" && key != "completion_tokens") continue;
        std::int64_t count = 0;
        if (field.value().get_int64().get(count)) continue;
        (key[0] == 'p' ? usage.prompt_tokens : usage.completion_tokens) = count;
    }
    return true;
}

struct Chunk {
    bool content = false;
    bool error = false;
};

// Whether a delta (chat) or choice (completion) says anything: its content, the reasoning before
// it, or a call of a tool.
bool read_content(ondemand::object object, Chunk& chunk) {
    for (auto field : object) {
        std::string_view key, text;
        if (field.unescaped_key().get(key)) return false;
        if (key == "delta") {
            ondemand::object delta;
            if (field.value().get_object().get(delta)) continue;
            if (!read_content(delta, chunk)) return false;
        } else if (key == "content" || key == "text" || key == "reasoning_content" ||
                   key == "reasoning") {
            if (!field.value().get_string().get(text)) chunk.content |= !text.empty();
        } else if (key == "tool_calls") {
            ondemand::array calls;
            if (!field.value().get_array().get(calls)) chunk.content = true;
        }
    }
    return true;
}

bool read_chunk(ondemand::object object, Chunk& chunk, Usage& usage) {
    for (auto field : object) {
        std::string_view key;
        if (field.unescaped_key().get(key)) return false;
        if (key == "error") {
            chunk.error = true;
        } else if (key == "usage") {
            if (!read_usage(field.value(), usage)) return false;
        } else if (key == "choices") {
            ondemand::array choices;
            if (field.value().get_array().get(choices)) return false;
            for (auto choice : choices) {
                ondemand::object each;
                if (choice.get_object().get(each) || !read_content(each, chunk)) return false;
            }
        }
    }
    return true;
}

struct Found {
    int choices = 0;     // With a message or text.
    int embeddings = 0;  // With numbers.
    std::string_view flaw;
};

bool read_choices(ondemand::value value, Found& found) {
    ondemand::array choices;
    if (value.get_array().get(choices)) return false;
    for (auto choice : choices) {
        ondemand::object object;
        if (choice.get_object().get(object)) return false;
        bool has_answer = false;
        for (auto field : object) {
            std::string_view key;
            if (field.unescaped_key().get(key)) return false;
            has_answer |= key == "message" || key == "text";
        }
        if (!has_answer) found.flaw = "a choice has no message and no text";
        ++found.choices;
    }
    return true;
}

bool read_embedding(ondemand::value value, Found& found) {
    std::string_view base64;
    if (value.type() == ondemand::json_type::string) {
        ++found.embeddings;
        return !value.get_string().get(base64);
    }
    ondemand::array numbers;
    if (value.get_array().get(numbers)) return false;
    std::size_t count = 0;
    for (auto number : numbers) {
        double each = 0;
        if (number.get_double().get(each)) {
            found.flaw = "an embedding has something else than numbers";
            return false;
        }
        ++count;
    }
    if (count == 0) found.flaw = "an embedding is empty";
    ++found.embeddings;
    return true;
}

bool read_data(ondemand::value value, Found& found) {
    ondemand::array data;
    if (value.get_array().get(data)) return false;
    for (auto item : data) {
        ondemand::object object;
        if (item.get_object().get(object)) return false;
        for (auto field : object) {
            std::string_view key;
            if (field.unescaped_key().get(key)) return false;
            if (key == "embedding" && !read_embedding(field.value(), found)) return false;
        }
    }
    return true;
}

bool read_answer(ondemand::object object, Found& found, Usage& usage) {
    for (auto field : object) {
        std::string_view key;
        if (field.unescaped_key().get(key)) return false;
        if (key == "choices" && !read_choices(field.value(), found)) return false;
        if (key == "data" && !read_data(field.value(), found)) return false;
        if (key == "usage" && !read_usage(field.value(), usage)) return false;
    }
    return true;
}

}  // namespace

struct AnswerReader::Json : JsonReader {};
struct StreamMeter::Json : JsonReader {};

AnswerReader::AnswerReader() : json_(std::make_unique<Json>()) {}
AnswerReader::~AnswerReader() = default;

std::string_view AnswerReader::read(std::string_view body, Usage& usage) {
    Found found;
    usage = {};
    const bool read = json_->object(
        body, [&](ondemand::object object) { return read_answer(object, found, usage); });
    if (!found.flaw.empty()) return found.flaw;
    if (!read) return "its body is not the JSON of an answer";
    if (found.choices == 0 && found.embeddings == 0) return "it has no choices and no embeddings";
    return {};
}

StreamMeter::StreamMeter() : json_(std::make_unique<Json>()) {}
StreamMeter::~StreamMeter() = default;

void StreamMeter::begin() {
    parser_.reset();
    first_token_ns_ = last_token_ns_ = chunks_ = 0;
    gaps_ns_.clear();
    usage_ = {};
    done_ = false;
    flaw_ = {};
}

void StreamMeter::feed(std::string_view bytes, std::int64_t now_ns) {
    now_ns_ = now_ns;
    if (!parser_.feed(bytes, *this)) flaw_ = "an event of the stream is longer than 1 MiB";
}

void StreamMeter::on_event(const SseEvent& event) {
    if (done_) return;
    if (event.data == "[DONE]") {
        done_ = true;
        return;
    }
    Chunk chunk;
    const bool read = json_->object(
        event.data, [&](ondemand::object object) { return read_chunk(object, chunk, usage_); });
    if (!read && flaw_.empty()) flaw_ = "an event of the stream is not the JSON of a chunk";
    if (chunk.error || event.type == "error") flaw_ = "the stream tells an error";
    if (!chunk.content) return;
    ++chunks_;
    if (first_token_ns_ == 0)
        first_token_ns_ = now_ns_;
    else if (gaps_ns_.size() < kMostGaps)
        gaps_ns_.push_back(now_ns_ - last_token_ns_);
    last_token_ns_ = now_ns_;
}

std::string_view StreamMeter::flaw() const {
    if (!flaw_.empty()) return flaw_;
    if (!done_) return "the stream ended without [DONE]";
    if (chunks_ == 0) return "the stream has no token";
    return {};
}

std::int64_t StreamMeter::tokens() const {
    return usage_.completion_tokens >= 0 ? usage_.completion_tokens : chunks_;
}

}  // namespace mettle::protocols::openai
