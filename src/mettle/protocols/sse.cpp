#include "mettle/protocols/sse.hpp"

#include <algorithm>

namespace mettle::protocols {

void SseParser::reset() {
    partial_.clear();
    type_.clear();
    data_.clear();
    id_.clear();
    has_data_ = after_return_ = broken_ = false;
    at_start_ = true;
}

bool SseParser::feed(std::string_view bytes, SseSink& sink) {
    while (!bytes.empty() && !broken_) {
        if (after_return_) {
            after_return_ = false;
            if (bytes.front() == '\n') {
                bytes.remove_prefix(1);
                continue;
            }
        }
        const std::size_t end = bytes.find_first_of("\r\n");
        const std::string_view line = bytes.substr(0, end);
        if (partial_.size() + line.size() > kMostBytes) {
            broken_ = true;
            break;
        }
        if (end == std::string_view::npos) {
            partial_ += line;
            break;
        }
        after_return_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        if (partial_.empty()) {
            broken_ = !take_line(line, sink);
        } else {
            partial_ += line;
            broken_ = !take_line(partial_, sink);
            partial_.clear();
        }
    }
    return !broken_;
}

bool SseParser::take_line(std::string_view line, SseSink& sink) {
    if (at_start_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    at_start_ = false;
    if (line.empty()) {
        dispatch(sink);
        return true;
    }
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (colon == 0) return true;  // A comment.
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
    return data_.size() <= kMostBytes;
}

void SseParser::take_field(std::string_view name, std::string_view value) {
    if (name == "data") {
        if (has_data_) data_ += '\n';
        data_ += value;
        has_data_ = true;
    } else if (name == "event") {
        type_ = value;
    } else if (name == "id" && !value.contains('\0')) {
        id_ = value;
    }
}

void SseParser::dispatch(SseSink& sink) {
    if (has_data_) sink.on_event({type_.empty() ? std::string_view("message") : type_, data_, id_});
    type_.clear();
    data_.clear();
    has_data_ = false;
}

}  // namespace mettle::protocols
