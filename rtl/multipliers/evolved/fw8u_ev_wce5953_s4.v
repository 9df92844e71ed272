// fw8u_ev_wce5953_s4: evolved, wce <= 5953, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 1572.956, WCE 5858, EP 99.879 %, MRE 729.132 %,
//   mean -96.750
// Mapped to faultwave45.lib: 76.5 um^2, 0.0678 pJ per multiplication, 0.40 ns
// Expected MAE under a random stuck-at fault of this netlist: 4790.6
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 4 s, do not edit:
//   faultwave evolve --width 8 --metric wce --limit 5953 --objective area --seed-netlist fw8u_bam_h3_v8 --seed 4 --islands 2 --offspring 4 --generations 60000 --out fw8u_ev_wce5953_s4.v
module fw8u_ev_wce5953_s4 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_7_5;
  wire pp_5_6;
  wire pp_6_6;
  wire and_2_0;
  wire pp_7_6;
  wire pp_4_7;
  wire pp_5_7;
  wire xor_2_0;
  wire and_2_1;
  wire and_3_0;
  wire xor_3_0;
  wire or_4_0;
  wire pp_6_7;
  wire xor_2_1;
  wire and_3_1;
  wire xor_3_1;
  wire or_4_1;
  wire pp_7_7;
  wire xor_4_0;
  wire and_4_0;
  wire xor_5_0;
  wire and_5_0;
  wire and_6_0;
  wire xor_6_0;
  wire or_7_0;
  wire xor_5_1;
  wire and_5_1;
  wire and_8_0;
  wire xor_8_0;
  wire or_9_0;
  wire const0;

  assign pp_7_5 = A[7] & B[5];
  assign pp_5_6 = A[5] & B[6];
  assign pp_6_6 = A[6] & B[6];
  assign and_2_0 = pp_7_5 & B[6];
  assign pp_7_6 = A[7] & B[6];
  assign pp_4_7 = A[4] & B[7];
  assign pp_5_7 = A[5] & B[7];
  assign xor_2_0 = pp_6_6 ^ pp_5_6;
  assign and_2_1 = pp_6_6 & pp_5_6;
  assign and_3_0 = xor_2_0 & pp_5_7;
  assign xor_3_0 = xor_2_0 ^ pp_5_7;
  assign or_4_0 = and_2_1 | and_3_0;
  assign pp_6_7 = A[6] & B[7];
  assign xor_2_1 = pp_7_6 ^ pp_7_5;
  assign and_3_1 = xor_2_1 & pp_6_7;
  assign xor_3_1 = xor_2_1 ^ pp_6_7;
  assign or_4_1 = and_2_0 | and_3_1;
  assign pp_7_7 = A[7] & B[7];
  assign xor_4_0 = xor_3_0 ^ pp_4_7;
  assign and_4_0 = xor_3_0 & pp_4_7;
  assign xor_5_0 = xor_3_1 ^ or_4_0;
  assign and_5_0 = xor_3_1 & or_4_0;
  assign and_6_0 = xor_5_0 & and_4_0;
  assign xor_6_0 = xor_5_0 ^ and_4_0;
  assign or_7_0 = and_5_0 | and_6_0;
  assign xor_5_1 = pp_7_7 ^ or_4_1;
  assign and_5_1 = B[7] & or_4_1;
  assign and_8_0 = xor_5_1 & or_7_0;
  assign xor_8_0 = xor_5_1 ^ or_7_0;
  assign or_9_0 = and_5_1 | and_8_0;
  assign const0 = 1'b0;

  assign O[0] = B[0];
  assign O[1] = B[3];
  assign O[2] = B[3];
  assign O[3] = A[7];
  assign O[4] = A[4];
  assign O[5] = const0;
  assign O[6] = pp_5_6;
  assign O[7] = B[3];
  assign O[8] = A[6];
  assign O[9] = and_2_1;
  assign O[10] = A[3];
  assign O[11] = B[4];
  assign O[12] = xor_4_0;
  assign O[13] = xor_6_0;
  assign O[14] = xor_8_0;
  assign O[15] = or_9_0;
endmodule
