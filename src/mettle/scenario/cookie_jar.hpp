#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::scenario {

// The cookies that one user has from one host, as far as a session needs them: name, value and
// path. Domains, Secure and SameSite are a browser's business; an expiry in the past deletes.
// Bounded: beyond 50 cookies or 4 KiB each, further ones are dropped.
class CookieJar {
public:
    static constexpr std::size_t kMost = 50;
    static constexpr std::size_t kLongest = 4096;

    // Takes the value of one Set-Cookie header, of an answer to `request_path`.
    void set(std::string_view header, std::string_view request_path);
    void put(std::string name, std::string value);  // For all paths.
    void clear() { cookies_.clear(); }
    std::size_t size() const { return cookies_.size(); }

    // Empty where there is no such cookie.
    std::string_view value(std::string_view name) const;
    // "a=1; b=2" of those for `path`, behind what `out` holds; says whether there were any.
    bool append(std::string& out, std::string_view path) const;

private:
    struct Cookie {
        std::string name, value, path;
    };
    std::vector<Cookie> cookies_;
};

}  // namespace mettle::scenario
