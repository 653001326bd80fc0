#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mettle::predict {

// What is wrong with a request, in FastAPI's words and form.
class Mistakes {
public:
    // `key` is an input's name; empty: the body itself. Of `text`, the wrong value, the answer has
    // the beginning where it is long.
    void add(std::string_view type, std::string_view key, std::string_view message,
             std::string_view text);

    bool any() const { return !details_.empty(); }
    // {"detail": [{"type", "loc", "msg", "input"}, ...]}: the body of a 422.
    std::string body() const;
    std::string sentence() const;  // For who wants one line. REQUIRES: any()

private:
    std::vector<std::string> details_;  // JSON.
    std::string first_;
};

}  // namespace mettle::predict
