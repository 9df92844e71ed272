// Weight-stationary systolic array of ROWS x COLS processing elements.
//
// Activations and the weight control enter at the left edge and move right; weights and partial
// sums enter at the top edge and move down, one PE per cycle. The caller skews its streams: row r
// and column c see a value r or c cycles after row or column 0 would. Partial sums start at 0.
module systolic_array #(
    parameter integer ROWS = 16,
    parameter integer COLS = 16,
    parameter bit PRODUCT_IS_SIGNED = 1'b0,
    parameter bit WEIGHT_ON_PORT_A = 1'b1
) (
    input  logic               clk_i,
    input  logic               rst_ni,     // synchronous, active low
    // Left edge; row r at bits 8r+7..8r of act_i and at bit r of the others.
    input  logic [ 8*ROWS-1:0] act_i,
    input  logic [   ROWS-1:0] valid_i,
    input  logic [   ROWS-1:0] swap_i,
    input  logic [   ROWS-1:0] shift_i,
    // Top edge, by columns.
    input  logic [ 8*COLS-1:0] weight_i,
    input  logic [   COLS-1:0] negate_i,
    input  logic [   COLS-1:0] bypass_i,
    // Bottom edge: registers of the last row; column c at bits 32c+31..32c.
    output logic [32*COLS-1:0] psum_o
);

  for (genvar row = 0; row < ROWS; row = row + 1) begin : g_row
    for (genvar col = 0; col < COLS; col = col + 1) begin : g_col
      // What leaves this PE; nobody reads it behind the last column and row.
      /* verilator lint_off UNUSED */
      wire [7:0] act, weight;
      wire valid, swap, shift, negate, bypass;
      wire [31:0] psum;
      /* verilator lint_on UNUSED */

      wire [7:0] act_from_left, weight_from_above;
      wire valid_from_left, swap_from_left, shift_from_left;
      wire negate_from_above, bypass_from_above;
      wire [31:0] psum_from_above;

      if (col == 0) begin : g_left_edge
        assign act_from_left   = act_i[8*row+:8];
        assign valid_from_left = valid_i[row];
        assign swap_from_left  = swap_i[row];
        assign shift_from_left = shift_i[row];
      end else begin : g_from_left
        assign act_from_left   = g_row[row].g_col[col-1].act;
        assign valid_from_left = g_row[row].g_col[col-1].valid;
        assign swap_from_left  = g_row[row].g_col[col-1].swap;
        assign shift_from_left = g_row[row].g_col[col-1].shift;
      end

      if (row == 0) begin : g_top_edge
        assign weight_from_above = weight_i[8*col+:8];
        assign negate_from_above = negate_i[col];
        assign bypass_from_above = bypass_i[col];
        assign psum_from_above   = 32'b0;
      end else begin : g_from_above
        assign weight_from_above = g_row[row-1].g_col[col].weight;
        assign negate_from_above = g_row[row-1].g_col[col].negate;
        assign bypass_from_above = g_row[row-1].g_col[col].bypass;
        assign psum_from_above   = g_row[row-1].g_col[col].psum;
      end

      pe #(
          .PRODUCT_IS_SIGNED(PRODUCT_IS_SIGNED),
          .WEIGHT_ON_PORT_A (WEIGHT_ON_PORT_A)
      ) u_pe (
          .clk_i   (clk_i),
          .rst_ni  (rst_ni),
          .act_i   (act_from_left),
          .valid_i (valid_from_left),
          .swap_i  (swap_from_left),
          .shift_i (shift_from_left),
          .act_o   (act),
          .valid_o (valid),
          .swap_o  (swap),
          .shift_o (shift),
          .weight_i(weight_from_above),
          .negate_i(negate_from_above),
          .bypass_i(bypass_from_above),
          .psum_i  (psum_from_above),
          .weight_o(weight),
          .negate_o(negate),
          .bypass_o(bypass),
          .psum_o  (psum)
      );

      if (row == ROWS - 1) begin : g_bottom_edge
        assign psum_o[32*col+:32] = psum;
      end
    end
  end

endmodule
