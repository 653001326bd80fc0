#pragma once

// What the scripted users of one worker share: where they count, and buffers for what is made of
// texts and answers, kept so that nothing is allocated once they have grown. One thread.

#include "mettle/http/message.hpp"
#include "mettle/load/recorder.hpp"
#include "mettle/protocols/detail_texts.hpp"
#include "mettle/scenario/json_answer.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace mettle::scenario {

class Workbench {
public:
    explicit Workbench(load::Recorder& its_recorder) : recorder(its_recorder) {}

    // Empty; where it is until clear().
    std::string& scratch() {
        if (used_ == texts_.size()) texts_.emplace_back();
        texts_[used_].clear();
        return texts_[used_++];
    }
    void clear() { used_ = 0; }  // What scratch() gave is free again.

    load::Recorder& recorder;
    protocols::DetailTexts details;
    JsonAnswer json;
    std::vector<http::Header> headers;  // Of the request that is rendered.
    int lines_logged = 0;

private:
    std::deque<std::string> texts_;
    std::size_t used_ = 0;
};

}  // namespace mettle::scenario
